/// The REST interface under `/api/v1`. May touch: all services, `web`, Javalin.
@NullMarked
package io.syncline.server.rest;

import org.jspecify.annotations.NullMarked;
