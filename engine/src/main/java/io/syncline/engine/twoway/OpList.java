package io.syncline.engine.twoway;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// One key's ops of one site in their order, linked through the ops themselves: most keys have one
/// op, and a collection for each would take more than the op.
final class OpList implements Iterable<Op> {
    private @Nullable Op first;
    private @Nullable Op last;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return first == null;
    }

    @Nullable Op first() {
        return first;
    }

    void add(Op op) {
        Op behind = last;
        if (behind == null) {
            first = op;
        } else {
            behind.next = op;
            op.previous = behind;
        }
        last = op;
        size++;
    }

    void remove(Op op) {
        Op before = op.previous;
        Op behind = op.next;
        if (before == null) {
            first = behind;
        } else {
            before.next = behind;
        }
        if (behind == null) {
            last = before;
        } else {
            behind.previous = before;
        }
        op.previous = null;
        op.next = null;
        size--;
    }

    /// A copy, for whoever changes the list meanwhile.
    List<Op> toList() {
        List<Op> copy = new ArrayList<>();
        forEach(copy::add);
        return copy;
    }

    @Override
    public Iterator<Op> iterator() {
        return new Iterator<>() {
            private @Nullable Op next = first;

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Op next() {
                Op present = next;
                if (present == null) {
                    throw new NoSuchElementException();
                }
                next = present.next;
                return present;
            }
        };
    }
}
