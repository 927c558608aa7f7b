/// Registered endpoints: their secrets, what is behind them, whether they answer. May touch:
/// `model`, `security`, `store`, the engine.
@NullMarked
package io.syncline.server.instance;

import org.jspecify.annotations.NullMarked;
