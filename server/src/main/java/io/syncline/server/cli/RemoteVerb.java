package io.syncline.server.cli;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What the command line can ask of a service. This table makes help and completion; the REST
/// interface does the work.
///
/// `ID` is an id, or a name that only one has.
enum RemoteVerb {
    INSTANCE_LIST("instance", "list", "", "List the registered instances."),
    INSTANCE_ADD(
            "instance",
            "add",
            "NAME URI",
            "Register an instance; the password by --password-file."),
    INSTANCE_TEST("instance", "test", "ID", "Test connectivity, and show what is there."),
    INSTANCE_CHANGE(
            "instance",
            "change",
            "ID",
            "Change name, endpoint or password; tasks that run connect anew."),
    INSTANCE_REMOVE("instance", "remove", "ID", "Remove an instance that no task uses."),
    TASK_LIST("task", "list", "", "List the tasks."),
    TASK_CREATE("task", "create", "NAME SOURCE TARGET", "Create a task between two instances."),
    TASK_IMPORT("task", "import", "FILE", "Create a task from a YAML file of 'sync'."),
    TASK_SHOW("task", "show", "ID", "Show one task."),
    TASK_SET("task", "set", "ID SETTING VALUE", "Change a setting, named as in the YAML file."),
    TASK_PRECHECK("task", "precheck", "ID", "Look at both sides, and wait for the result."),
    TASK_START("task", "start", "ID", "Start a task, or go on with it."),
    TASK_PAUSE("task", "pause", "ID", "Stop for a while; goes on from the checkpoints."),
    TASK_RESUME("task", "resume", "ID", "Go on with a task that is paused or has failed."),
    TASK_STOP("task", "stop", "ID", "End a task for good."),
    TASK_RESET("task", "reset", "ID", "Forget positions: the next start copies everything again."),
    TASK_RELEASE("task", "release", "ID", "Give a task up and remove it."),
    TASK_RENAME("task", "rename", "ID NAME", "Give a task another name."),
    TASK_CLONE("task", "clone", "ID", "Create a task like this one."),
    TASK_THROTTLE("task", "throttle", "ID RPS", "Commands per second, at once; 0: no ceiling."),
    TASK_REFUSED("task", "refused", "ID", "Commands that the target refused for good."),
    TASK_SKIP(
            "task",
            "skip",
            "ID REFUSED",
            "Go on without one refused command; the next one stops the task again."),
    TASK_RETRY("task", "retry", "ID REFUSED", "Go on with a task: send the refused command again."),
    TASK_CONFLICTS(
            "task",
            "conflicts",
            "ID",
            "Keys of a two-way task that both sides had written, the newest first."),
    TASK_RESYNC(
            "task",
            "resync",
            "ID SIDE NAME",
            "Go on with a two-way task that has a gap: make the other side what SIDE (source or"
                    + " target) is. NAME is the task's name, since this cannot be undone."),
    TASK_VERIFY("task", "verify", "ID", "Compare both sides of a task, and repair on demand."),
    TASK_VERIFICATIONS("task", "verifications", "ID", "Verifications of a task, the newest first."),
    TASK_VERIFY_CANCEL(
            "task", "verify-cancel", "ID VERIFICATION", "End a verification before its end."),
    TASK_VERIFY_PLAN(
            "task",
            "verify-plan",
            "ID SCHEDULE",
            "Verify again and again: 'every 6h', five fields as cron has them (UTC), or 'never'."),
    TASK_DIFFERENCES(
            "task",
            "differences",
            "ID VERIFICATION",
            "What a verification has found, a line of JSON each."),
    TASK_EVENTS("task", "events", "ID", "What happened, the newest first."),
    TASK_YAML("task", "yaml", "ID", "Print the file that does the same with 'sync --config'."),
    GRANT_LIST("grant", "list", "", "Roles over instances, given to and by other accounts."),
    GRANT_GIVE(
            "grant",
            "give",
            "ROLE ACCOUNT INSTANCE...",
            "Let another account, by its id, use instances of this one under a role's name."),
    GRANT_REVOKE("grant", "revoke", "ID", "Take a role away; tasks that use it stop."),
    USER_LIST("user", "list", "", "The users of this account."),
    USER_ADD("user", "add", "NAME", "Add a user."),
    USER_CHANGE(
            "user",
            "change",
            "USER",
            "Change a user's role or password; a new password ends sessions and revokes tokens."),
    USER_PASSWORD(
            "user",
            "password",
            "",
            "Change the own password; ends sessions and revokes tokens, this login's too."),
    USER_REMOVE("user", "remove", "USER", "Remove a user with sessions and tokens."),
    ACCOUNT_SHOW(
            "account",
            "show",
            "",
            "Who is logged in, and the account's id, which others name in a grant."),
    ACCOUNT_LIST("account", "list", "", "The accounts; for admins of the first one, all."),
    ACCOUNT_ADD("account", "add", "NAME ADMIN", "Create an account with its first admin."),
    TOKEN_LIST("token", "list", "", "The own API tokens."),
    TOKEN_ADD("token", "add", "NAME", "Make an API token; it is printed this once."),
    TOKEN_REMOVE("token", "remove", "ID", "Revoke a token."),
    ALERT_LIST("alert", "list", "", "Alerts, the newest first."),
    ALERT_RULE(
            "alert",
            "rule",
            "TASK RULE VALUE",
            "Change an alert rule of a task, as lag-seconds 30 or state-changes true; 0 is off."),
    ALERT_CHANNELS("alert", "channels", "", "Who is told."),
    ALERT_CHANNEL_ADD(
            "alert",
            "channel-add",
            "NAME KIND ADDRESS",
            "Add a channel. KIND is webhook or mail; ADDRESS a URL, or mail addresses with commas."),
    ALERT_CHANNEL_TEST("alert", "channel-test", "CHANNEL", "Send a test; 4 if it was not taken."),
    ALERT_CHANNEL_REMOVE("alert", "channel-remove", "CHANNEL", "Remove a channel."),
    AUDIT_LIST("audit", "list", "", "Who did what, the newest first; for admins.");

    /// Behind the name of a parameter that may be given several times.
    static final String MORE = "...";

    private final String group;
    private final String word;
    private final String parameters;
    private final String description;

    RemoteVerb(String group, String word, String parameters, String description) {
        this.group = group;
        this.word = word;
        this.parameters = parameters;
        this.description = description;
    }

    String group() {
        return group;
    }

    String word() {
        return word;
    }

    /// Names of the parameters, in order.
    String[] parameters() {
        return parameters.isEmpty() ? new String[0] : parameters.split(" ", -1);
    }

    String description() {
        return description;
    }

    static @Nullable RemoteVerb of(String group, String word) {
        return Arrays.stream(values())
                .filter(v -> v.group.equals(group) && v.word.equals(word))
                .findFirst()
                .orElse(null);
    }
}
