/// Measurements over time, and what Prometheus reads. May touch: `task`, `store`, Micrometer.
@NullMarked
package io.syncline.server.metrics;

import org.jspecify.annotations.NullMarked;
