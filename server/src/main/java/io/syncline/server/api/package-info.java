/// What REST and console show of the service's values: plain records, no secret. May touch: all
/// below.
@NullMarked
package io.syncline.server.api;

import org.jspecify.annotations.NullMarked;
