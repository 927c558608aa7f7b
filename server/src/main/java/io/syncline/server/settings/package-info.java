/// What a user may choose, from the command line, a file or the environment, and how it becomes the
/// engine's options. May touch: the engine's option records, Jackson's YAML reader.
@NullMarked
package io.syncline.server.settings;

import org.jspecify.annotations.NullMarked;
