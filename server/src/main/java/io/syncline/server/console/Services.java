package io.syncline.server.console;

import io.syncline.server.account.Accounts;
import io.syncline.server.account.Audit;
import io.syncline.server.account.Grants;
import io.syncline.server.alert.Channels;
import io.syncline.server.api.TaskViews;
import io.syncline.server.instance.Instances;
import io.syncline.server.metrics.Charts;
import io.syncline.server.task.Directions;
import io.syncline.server.task.TaskChanges;
import io.syncline.server.task.TaskFiles;
import io.syncline.server.task.Tasks;
import io.syncline.server.verification.Verifications;

/// What the pages show and change.
public record Services(
        Accounts accounts,
        Grants grants,
        Audit audit,
        Instances instances,
        Tasks tasks,
        Verifications verifications,
        TaskChanges changes,
        Directions directions,
        TaskFiles files,
        Charts charts,
        Channels channels,
        TaskViews views) {}
