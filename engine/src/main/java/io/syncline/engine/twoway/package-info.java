/// The pure core of two-way synchronization: reads the streams of two sites, finds writes that
/// crossed, decides who wins, and says what is to be sent; docs/internals/two-way.md explains why
/// it converges.
///
/// No thread, no time, no socket: whoever drives [Pair] brings units of both streams in their
/// order, carries its requests to the sites and the answers back. May touch `bytes`, `resp` and
/// `command`.
@NullMarked
package io.syncline.engine.twoway;

import org.jspecify.annotations.NullMarked;
