package io.syncline.server;

import io.syncline.server.boot.HeapPace;
import io.syncline.server.cli.SynclineCommand;

/// Where the process starts; everything is wired by hand below here.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        HeapPace.start();
        // exit, not return: the engine's threads need not have ended after a forced stop.
        System.exit(new SynclineCommand(System.getenv()).run(arguments));
    }
}
