/// The pages: one handler class a page, templates beside them. May touch: all services, Javalin,
/// JTE.
@NullMarked
package io.syncline.server.console;

import org.jspecify.annotations.NullMarked;
