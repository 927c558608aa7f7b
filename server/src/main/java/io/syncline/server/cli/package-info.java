/// The command line: commands, exit codes, signals, and the run of one link. May touch every other
/// package of this module; is touched by `Main` only.
@NullMarked
package io.syncline.server.cli;

import org.jspecify.annotations.NullMarked;
