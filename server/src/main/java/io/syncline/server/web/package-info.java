/// The web server: who calls, what headers go out, how errors look. Knows no page and no resource.
/// May touch: `account`, `model`, `store` (whether it is away), Javalin, Jetty, Jackson.
@NullMarked
package io.syncline.server.web;

import org.jspecify.annotations.NullMarked;
