package io.syncline.server.store;

import io.syncline.server.model.Sample;
import java.time.Instant;
import java.util.List;

/// Numbers of tasks over days.
public final class SampleTable {
    private final Store store;

    SampleTable(Store store) {
        this.store = store;
    }

    public void add(String task, Sample sample) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "INSERT INTO sample VALUES (?, ?, ?, ?, ?)"
                                        + " ON CONFLICT (task, at) DO NOTHING",
                                task,
                                sample.epochSecond(),
                                sample.lagMillis(),
                                sample.writesPerSecond(),
                                sample.bytesPerSecond()));
    }

    public List<Sample> since(String task, Instant from) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM sample WHERE task = :t AND at >= :from"
                                                + " ORDER BY at")
                                .bind("t", task)
                                .bind("from", from.getEpochSecond())
                                .map((row, c) ->
                                        new Sample(
                                                row.getLong("at"),
                                                row.getLong("lag"),
                                                row.getLong("writes"),
                                                row.getLong("bytes")))
                                .list());
    }

    public void forgetBefore(Instant time) {
        store.jdbi()
                .useHandle(
                        h -> h.execute("DELETE FROM sample WHERE at < ?", time.getEpochSecond()));
    }
}
