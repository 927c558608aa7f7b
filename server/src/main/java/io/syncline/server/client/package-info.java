/// The service's REST interface from outside, for the command line. May touch: the JDK, Jackson.
@NullMarked
package io.syncline.server.client;

import org.jspecify.annotations.NullMarked;
