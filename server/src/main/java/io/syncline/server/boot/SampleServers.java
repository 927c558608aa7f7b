package io.syncline.server.boot;

import io.syncline.engine.fault.SynclineException;
import io.syncline.server.demo.Demo;
import io.syncline.server.demo.Scene;
import io.syncline.server.instance.Instances;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;

/// What the button of an empty console starts: two servers, live traffic, and a task between them.
///
/// The servers end with the process, or with their task. A file says which tasks had some, so that
/// the next process does not try for hours to reach servers that are gone.
final class SampleServers implements AutoCloseable {
    /// Two servers and ten thousand writes a second each time: a few accounts may look around.
    private static final int MOST = 3;

    private static final String FILE = "sample-tasks";
    private static final System.Logger LOG = System.getLogger(SampleServers.class.getName());

    /// What runs for one task.
    private record Stage(Demo demo, CountDownLatch stop, Actor actor, Task task) {}

    private final Tasks tasks;
    private final Instances instances;
    private final Path file;
    private final Map<String, Stage> stages = new HashMap<>();

    /// @param data folder of the service
    SampleServers(Tasks tasks, Instances instances, Path data) {
        this.tasks = tasks;
        this.instances = instances;
        file = data.resolve(FILE);
    }

    /// Starts everything, in the account of whom asks; once.
    ///
    /// @return the task's id
    synchronized String begin(Actor actor) {
        actor.require(Role.OPERATOR, "create tasks");
        for (Stage stage : stages.values()) {
            if (stage.task().account().equals(actor.account())) {
                return stage.task().id();
            }
        }
        if (stages.size() >= MOST) {
            throw new Problem(
                    Problem.Code.TOO_MANY_REQUESTS,
                    "sample",
                    "sample servers run for " + MOST + " other accounts already",
                    "Try it on your own machine: ./syncline demo --server");
        }
        Demo demo = prepare();
        try {
            Task task = Sample.task(tasks, instances, actor, demo).task();
            CountDownLatch stop = new CountDownLatch(1);
            stages.put(task.id(), new Stage(demo, stop, actor, task));
            remember();
            Thread.ofPlatform()
                    .name("sample-traffic")
                    .daemon()
                    .start(() -> {
                        try {
                            demo.keepWriting(stop);
                        } catch (IOException e) {
                            LOG.log(System.Logger.Level.WARNING, "no sample traffic", e);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
            return task.id();
        } catch (RuntimeException e) {
            demo.close();
            throw e;
        }
    }

    private static Demo prepare() {
        try {
            return Demo.prepare(Scene.USUAL);
        } catch (SynclineException e) {
            throw Problem.of(e.failure());
        } catch (IOException e) {
            throw new Problem(
                    Problem.Code.UNAVAILABLE,
                    "sample",
                    "the sample servers cannot be used: " + e.getMessage(),
                    "Try again; or register two instances of your own");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(
                    Problem.Code.UNAVAILABLE, "sample", "the service is ending", "Try again later");
        }
    }

    private void remember() {
        try {
            if (stages.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                Files.write(file, new TreeSet<>(stages.keySet()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + " cannot be written", e);
        }
    }

    /// Gives up the tasks whose servers went with an earlier process.
    synchronized void forget() {
        try {
            List<String> left = Files.exists(file) ? Files.readAllLines(file) : List.of();
            for (TaskControl control : List.copyOf(tasks.all())) {
                Task task = control.task();
                if (left.contains(task.id())) {
                    Actor actor = Actor.system(task.account());
                    tasks.act(actor, task.id(), TaskAction.RELEASE);
                    remove(actor, task);
                }
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + " cannot be read", e);
        }
    }

    /// Ends the servers of tasks that were released. To be called about once a second.
    synchronized void tick() {
        for (Stage stage : List.copyOf(stages.values())) {
            String id = stage.task().id();
            if (tasks.all().stream().noneMatch(control -> control.task().id().equals(id))) {
                stages.remove(id);
                remember();
                end(stage);
                remove(stage.actor(), stage.task());
            }
        }
    }

    private void remove(Actor actor, Task task) {
        for (Task.Side side : List.of(task.source(), task.target())) {
            try {
                instances.remove(Actor.system(actor.account()), side.instance());
            } catch (Problem e) {
                // Somebody made another task with it, or has removed it already.
                LOG.log(System.Logger.Level.INFO, "a sample server stays: " + e.message());
            }
        }
    }

    private static void end(Stage stage) {
        stage.stop().countDown();
        stage.demo().close();
    }

    @Override
    public synchronized void close() {
        stages.values().forEach(SampleServers::end);
        stages.clear();
    }
}
