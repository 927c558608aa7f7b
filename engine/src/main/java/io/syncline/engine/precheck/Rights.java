package io.syncline.engine.precheck;

import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether the account may run a command, asked without running it: by ACL DRYRUN since 7.0, by the
/// account's rules in 6.x. Older servers have no accounts.
sealed interface Rights {
    record Allowed() implements Rights {}

    record Refused(String reason) implements Rights {}

    /// The account may not ask either.
    record Unknown(String reason) implements Rights {}

    /// What must be asked; null where there are no accounts.
    static @Nullable List<String> question(Node node, List<String> command) throws IOException {
        String user = node.user();
        if (user.isEmpty()) {
            return null;
        }
        if (!node.isSince(7, 0)) {
            return List.of("ACL", "GETUSER", user);
        }
        List<String> question = new ArrayList<>(List.of("ACL", "DRYRUN", user));
        question.addAll(command);
        return List.copyOf(question);
    }

    /// Asks.
    ///
    /// @param categories of the command in Redis 6.x
    /// @param key that it writes; empty for none
    static Rights of(Node node, List<String> command, Set<String> categories, String key)
            throws IOException {
        List<String> question = question(node, command);
        if (question == null) {
            return node.isSince(6, 0)
                    ? new Unknown("the account may not run ACL WHOAMI")
                    : new Allowed();
        }
        Reply answer = node.ask(question.toArray(String[]::new));
        if (answer instanceof Reply.Text) {
            return new Allowed();
        }
        // A refusal of ACL DRYRUN is no error of DRYRUN itself (acl.c `aclCommand`).
        if (answer instanceof Reply.Bulk refusal) {
            return new Refused(refusal.utf8());
        }
        if (answer instanceof Reply.Items user) {
            return byRules(AclRules.of(user), command.getFirst(), categories, key);
        }
        return new Unknown(
                answer instanceof Reply.Failure failure
                        ? failure.text()
                        : "ACL is answered with " + answer);
    }

    private static Rights byRules(
            AclRules rules, String command, Set<String> categories, String key) {
        if (!rules.allows(command, categories)) {
            return new Refused(
                    "its rules, " + String.join(" ", rules.commands()) + ", exclude " + command);
        }
        return key.isEmpty() || rules.allowsKey(key)
                ? new Allowed()
                : new Refused(
                        "its key patterns, " + String.join(" ", rules.keys()) + ", exclude " + key);
    }
}
