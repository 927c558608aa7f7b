/// Rules, channels and history of alerts. May touch: `model`, `security`, `store`, `task`, mail.
@NullMarked
package io.syncline.server.alert;

import org.jspecify.annotations.NullMarked;
