package io.syncline.server.web;

import io.syncline.server.model.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Answers what never becomes a request of ours, such as an address that HTTP does not allow: in
/// the form of all other errors, and without a word of what was sent.
final class RawErrors extends ErrorHandler {
    private static final int SERVER_ERRORS = 500;

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int status,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        Problem problem =
                status >= SERVER_ERRORS
                        ? new Problem(
                                Problem.Code.INTERNAL,
                                "request",
                                "the request could not be answered",
                                "Try again; if it repeats, report it with the log")
                        : Problem.badRequest(
                                "request",
                                "the request is none that HTTP allows",
                                "Write the address in plain letters, with %XX for all others");
        response.getHeaders().put("Content-Type", "application/json");
        Gate.HEADERS.forEach(
                (name, value) -> response.getHeaders().put(new HttpField(name, value)));
        byte[] body = Json.text(Errors.body(problem)).getBytes(StandardCharsets.UTF_8);
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
