package io.syncline.engine.link;

import io.syncline.engine.ChildProcess;
import java.util.List;

/// A link in a process of its own, which a test can kill as an operator's `kill -9` does.
final class ChildLink {
    private ChildLink() {}

    static ChildProcess start(
            int sourcePort, int targetPort, boolean merge, String... javaOptions) {
        return ChildProcess.start(
                ChildLink.class, List.of(javaOptions), sourcePort, targetPort, merge);
    }

    /// Runs a link until it ends, or until this process is killed.
    public static void main(String[] arguments) {
        LinkOptions options =
                Sync.of(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]))
                        .merge(Boolean.parseBoolean(arguments[2]))
                        .rules(System.getProperty("rules", ""))
                        .options();
        Link link = new Link(options, System.out::println);
        System.out.println(link.run());
    }
}
