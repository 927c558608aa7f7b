/// Measures `./syncline` as users run it against the server's own replica: same machine, same
/// input, one run, as ratios.
///
/// May touch the JDK and the testkit; never the engine: what is measured is the program. Linux
/// only, as processor time and memory are read from `/proc`.
@NullMarked
package io.syncline.bench;

import org.jspecify.annotations.NullMarked;
