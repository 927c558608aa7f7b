package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyStateTest {
    private static final int MANY = 1_000;

    private final KeyState state = new KeyState(new KeyId(0, "hash".getBytes(US_ASCII)));

    private Op op(Commutation.Group group, String member) {
        Commutation commutation = new Commutation(group, new byte[][] {member.getBytes(US_ASCII)});
        Effect[] effects = {new Effect(state.key, true, commutation)};
        PairCommand command = new PairCommand(0, new byte[0], 1, effects, false, false, false);
        return new Op(1, 1, new Op.Item(command), effects[0], false);
    }

    @Test
    void aFieldThatIsWrittenNowhereElseIsFoundFreeWithoutLookingAtEachOp() {
        List<Op> there = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            there.add(op(Commutation.Group.FIELD_SET, "field" + i));
            state.add(Site.TARGET, there.getLast());
        }

        assertThat(free(Commutation.Group.FIELD_SET, "another")).isTrue();
        assertThat(free(Commutation.Group.FIELD_COUNT, "another")).isTrue();
        assertThat(free(Commutation.Group.FIELD_SET, "field7")).isFalse();
        assertThat(free(Commutation.Group.MEMBER_SCORE, "another")).isFalse();

        state.remove(Site.TARGET, there.get(7));
        assertThat(free(Commutation.Group.FIELD_SET, "field7")).isTrue();

        state.add(Site.TARGET, op(Commutation.Group.MEMBER_SCORE, "member"));
        assertThat(free(Commutation.Group.FIELD_SET, "another")).isFalse();
    }

    private boolean free(Commutation.Group group, String member) {
        return state.commutesAtOnce(op(group, member), Site.TARGET);
    }
}
