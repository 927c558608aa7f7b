package io.syncline.server.web;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.javalin.http.Context;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateTest {
    /// Whatever is thrown while an exception is handled is handled in the same way, for ever.
    @Test
    void aPageWhoseRequestIsOverIsNotAnswered() {
        for (RuntimeException why :
                List.of(new IllegalStateException("recycled"), new NullPointerException())) {
            assertThatCode(() -> Gate.answer(new IOException("closed"), over(why)))
                    .doesNotThrowAnyException();
        }
    }

    /// As the web server leaves it when it uses the request for others: nothing can be asked of it.
    private static Context over(RuntimeException why) {
        return (Context)
                Proxy.newProxyInstance(
                        Context.class.getClassLoader(),
                        new Class<?>[] {Context.class},
                        (proxy, method, arguments) -> {
                            throw why;
                        });
    }
}
