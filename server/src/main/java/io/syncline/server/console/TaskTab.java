package io.syncline.server.console;

import io.javalin.http.Context;
import io.syncline.server.api.TaskView;
import java.util.Map;

/// A tab of the task page. [TaskPage] holds the list of them; each fills a template `tab/CODE.jte`.
interface TaskTab {
    /// In the address, and, as words, on the tab.
    String code();

    /// What the tab's template takes beside `task`, `frame` and nothing else.
    Map<String, Object> values(Context ctx, TaskView task);

    /// One that is made of values only.
    static TaskTab of(String code, Source source) {
        return new TaskTab() {
            @Override
            public String code() {
                return code;
            }

            @Override
            public Map<String, Object> values(Context ctx, TaskView task) {
                return source.values(ctx, task);
            }
        };
    }

    /// Where a tab's values come from.
    @FunctionalInterface
    interface Source {
        Map<String, Object> values(Context ctx, TaskView task);
    }
}
