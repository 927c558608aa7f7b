/// The demonstration: two servers of its own, sample data, live traffic, and a proof. May touch:
/// view (its proof is shown), the engine's failures; talks to the servers by its own small client,
/// so that the proof does not rest on the code it proves.
@NullMarked
package io.syncline.server.demo;

import org.jspecify.annotations.NullMarked;
