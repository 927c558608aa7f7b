package io.syncline.engine.target;

/// Of lanes that are never opened, or whose answers nobody looks at.
final class DeafListener implements LaneListener {
    @Override
    public void applied(Batch batch) {}

    @Override
    public void released(Batch batch) {}

    @Override
    public void refused(Batch batch, int command, String error) {}

    @Override
    public boolean livesWith(LaneFault fault) {
        return true;
    }

    @Override
    public void discarded(Batch batch, int unit, LaneFault why) {}

    @Override
    public void wake() {}
}
