/// Bytes from outside: readers, checksums and decompression. Touches nothing else of the engine.
@NullMarked
package io.syncline.engine.bytes;

import org.jspecify.annotations.NullMarked;
