package io.syncline.server.console;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.CRC32;

/// Styles and scripts. Only what is named here is given out; names carry versions or change with
/// the program's, so a browser may keep them for a while.
final class Assets {
    private static final String HERE = "/io/syncline/server/console/assets/";
    private static final Map<String, String> FILES =
            Map.of(
                    "console.css", HERE + "console.css",
                    "console.js", HERE + "console.js",
                    "charts.js", HERE + "charts.js",
                    "icon.svg", HERE + "icon.svg",
                    "icons.svg", HERE + "icons.svg",
                    "uplot-1.6.32.js", HERE + "vendor/uplot-1.6.32.js",
                    "uplot-1.6.32.css", HERE + "vendor/uplot-1.6.32.css",
                    "htmx-2.0.10.js",
                            "/META-INF/resources/webjars/htmx.org/2.0.10/dist/htmx.min.js");

    /// Changes with any of the files, so that a browser that keeps the old ones takes the new.
    static final String BUILD = build();

    private static String build() {
        CRC32 sum = new CRC32();
        for (String name : new TreeSet<>(FILES.keySet())) {
            sum.update(read(FILES.getOrDefault(name, "")));
        }
        return Long.toHexString(sum.getValue());
    }

    void routes(JavalinConfig config) {
        config.routes.get("/assets/{name}", Assets::give);
    }

    private static void give(Context ctx) {
        String name = ctx.pathParam("name");
        String resource = FILES.get(name);
        if (resource == null) {
            ctx.status(404).result("");
            return;
        }
        ctx.header("Cache-Control", "max-age=3600");
        ctx.contentType(type(name)).result(read(resource));
    }

    private static byte[] read(String resource) {
        try (InputStream in = Assets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not in the program");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read", e);
        }
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            default -> "image/svg+xml";
        };
    }
}
