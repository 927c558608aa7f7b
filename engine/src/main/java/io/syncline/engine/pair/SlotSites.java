package io.syncline.engine.pair;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connection;
import io.syncline.engine.twoway.Site;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All primaries of both sites of a run over slots. Owner thread only, but for [#stop].
final class SlotSites implements Closeable {
    private final List<End> ends;
    private final Consumer<LinkEvent> events;
    private final List<List<SlotNode>> nodes = new ArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);

    /// @param known what was written down of the primaries; null for nothing
    SlotSites(
            LinkOptions options,
            List<End> ends,
            @Nullable FloorRecord known,
            Consumer<LinkEvent> events,
            Runnable wake)
            throws IOException {
        this.ends = ends;
        this.events = events;
        List<List<Port>> ports = new ArrayList<>();
        for (End end : ends) {
            ports.add(end.ports(known == null ? List.of() : known.of(end.site())));
        }
        List<ServerInfo> infos = new ArrayList<>();
        for (List<Port> each : ports) {
            try (Connection connection = each.getFirst().open()) {
                infos.add(ServerInfo.read(connection));
            }
        }
        int shard = 0;
        for (int i = 0; i < ends.size(); i++) {
            int other = 1 - i;
            List<SlotNode> made = new ArrayList<>();
            for (Port port : ports.get(i)) {
                Outgoing fromHere =
                        new Outgoing(
                                options,
                                ends.get(i),
                                infos.get(i),
                                ends.get(other),
                                infos.get(other));
                Outgoing toHere =
                        new Outgoing(
                                options,
                                ends.get(other),
                                infos.get(other),
                                ends.get(i),
                                infos.get(i));
                made.add(
                        new SlotNode(
                                ends.get(i),
                                port,
                                made.size(),
                                shard++,
                                infos.get(i),
                                options,
                                fromHere,
                                toHere,
                                events,
                                wake));
            }
            nodes.add(List.copyOf(made));
        }
    }

    List<End> ends() {
        return ends;
    }

    List<SlotNode> of(Site site) {
        return nodes.get(site.index());
    }

    /// The source's, then the target's.
    List<SlotNode> all() {
        List<SlotNode> all = new ArrayList<>(nodes.get(0));
        all.addAll(nodes.get(1));
        return all;
    }

    /// The number of the primary to whose shard a node belongs; -1 for none.
    int indexOf(Site site, String id) {
        return of(site).stream()
                .filter(node -> node.port().identity().ids().contains(id))
                .mapToInt(SlotNode::index)
                .findFirst()
                .orElse(-1);
    }

    List<Port> ports(Site site) {
        return of(site).stream().map(SlotNode::port).toList();
    }

    /// For all nodes, in their order.
    Beats beats(String task) {
        return new Beats(
                all().stream().map(SlotNode::port).toList(),
                all().stream().map(SlotNode::stream).toList(),
                task);
    }

    /// Writes a new epoch everywhere, trying again as long as the options allow.
    ///
    /// @return what was found at each node behind it; empty when told to stop
    Map<SlotNode, SlotNode.Begun> begin(long epoch) {
        Map<SlotNode, SlotNode.Begun> fences = new HashMap<>();
        for (SlotNode node : all()) {
            while (!fences.containsKey(node)) {
                if (isStopping()) {
                    return Map.of();
                }
                try {
                    String value = epoch + "." + node.site() + "." + System.nanoTime();
                    SlotNode.Begun fence = node.begin(value, List.of());
                    node.stream().presentAt(fence.offset(), events);
                    fences.put(node, fence);
                } catch (IOException e) {
                    node.lost(e);
                    pause(node);
                }
            }
        }
        return fences;
    }

    private void pause(SlotNode node) {
        try {
            while (!node.isDue() && !stopping.await(10, TimeUnit.MILLISECONDS)) {
                // Until it is time.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }

    /// What is being retried now, or empty. From any thread.
    String retrying() {
        StringBuilder text = new StringBuilder();
        all().forEach(node -> text.append(node.retrying()));
        return text.toString().strip();
    }

    /// From any thread.
    void stop() {
        stopping.countDown();
        all().forEach(node -> node.stream().receiver().abort());
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    @Override
    public void close() {
        all().forEach(SlotNode::close);
    }
}
