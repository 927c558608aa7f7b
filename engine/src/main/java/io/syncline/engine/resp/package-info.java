/// The wire protocol (RESP 2): commands and replies, read in place and written without objects. May
/// touch: bytes.
@NullMarked
package io.syncline.engine.resp;

import org.jspecify.annotations.NullMarked;
