package io.syncline.server.metrics;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;

/// How much memory the service needs, apart from what the next collection would give back.
public final class Heap {
    private static final int PERCENT = 100;

    private Heap() {}

    /// What the last collection left, in percent of the most that there may be (`-Xmx`); 0 before
    /// the first one.
    public static int usedPercent() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(GarbageCollectorMXBean.class::isInstance)
                .map(bean -> ((GarbageCollectorMXBean) bean).getLastGcInfo())
                .filter(Objects::nonNull)
                .max(Comparator.comparingLong(GcInfo::getEndTime))
                .map(info -> percent(info.getMemoryUsageAfterGc()))
                .orElse(0);
    }

    private static int percent(Map<String, MemoryUsage> after) {
        long used = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = after.get(pool.getName());
            if (pool.getType() == MemoryType.HEAP && usage != null) {
                used += usage.getUsed();
            }
        }
        return (int) Math.min(PERCENT, used * PERCENT / Runtime.getRuntime().maxMemory());
    }
}
