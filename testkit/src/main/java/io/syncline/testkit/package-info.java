/// Real servers, clusters, faults and oracles for tests. Knows nothing of Syncline.
@NullMarked
package io.syncline.testkit;

import org.jspecify.annotations.NullMarked;
