package io.syncline.server.cli;

import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/// Signals of the operating system, so that Ctrl-C means "stop cleanly" and a second one "now".
///
/// A shutdown hook alone could do the first but never sees the second. `sun.misc.Signal` is the
/// only way Java has (module `jdk.unsupported`, exported on purpose, JEP 260); reached by
/// reflection because the compiler warns about it in a way that cannot be silenced.
final class Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private Signals() {}

    /// Runs `action` on a thread of its own at each such signal. Where the platform has no such
    /// signal, or no such class, its usual effect stays.
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler calls =
                    (proxy, method, arguments) ->
                            switch (method.getName()) {
                                case "handle" -> {
                                    action.run();
                                    yield null;
                                }
                                case "equals" -> false;
                                case "hashCode" -> System.identityHashCode(action);
                                default -> "handler of SIG" + name;
                            };
            Object proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(), new Class<?>[] {handler}, calls);
            Object of = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, of, proxy);
        } catch (ReflectiveOperationException e) {
            LOG.log(Level.DEBUG, "SIG{0} keeps its usual effect: {1}", name, e);
        }
    }
}
