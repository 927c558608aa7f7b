package io.syncline.server.web;

import io.javalin.config.Key;
import io.javalin.http.Context;
import io.syncline.server.model.Problem;

/// Shows a problem to a person. The console gives one; the gate asks for it.
@FunctionalInterface
public interface ErrorPage {
    Key<ErrorPage> KEY = new Key<>("error-page");

    void show(Context ctx, Problem problem);
}
