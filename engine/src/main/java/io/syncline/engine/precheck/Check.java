package io.syncline.engine.precheck;

import io.syncline.engine.net.AtOnce;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One check: a line of the table in [Checks].
///
/// @param name stable: it stands in JSON output and in the documentation
/// @param needs which sides must answer for it
/// @param sourceQuestions what it will ask source nodes, so that it can be asked in one round trip
/// @param targetQuestions the same for target nodes
/// @param judge adds a finding for each thing it looks at
record Check(
        String name,
        Needs needs,
        Questions sourceQuestions,
        Questions targetQuestions,
        Judge judge) {
    /// Which sides a check looks at.
    enum Needs {
        NOTHING,
        SOURCE,
        TARGET,
        BOTH
    }

    /// What will be asked. A question left out costs a round trip and nothing else.
    interface Questions {
        List<List<String>> of(Node node, Plan plan) throws IOException;
    }

    /// Judges what there is.
    interface Judge {
        void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException;
    }

    /// Judges one node.
    interface NodeJudge {
        void judge(Node node, Plan plan, Verdict verdict) throws IOException;
    }

    static final Questions NONE = (node, plan) -> List.of();

    /// A check of every source node by itself.
    static Check source(String name, Questions questions, NodeJudge judge) {
        return new Check(
                name,
                Needs.SOURCE,
                questions,
                NONE,
                (source, target, plan, verdict) -> judgeAll(source, judge, plan, verdict));
    }

    /// A check of every target node by itself.
    static Check target(String name, Questions questions, NodeJudge judge) {
        return new Check(
                name,
                Needs.TARGET,
                NONE,
                questions,
                (source, target, plan, verdict) -> judgeAll(target, judge, plan, verdict));
    }

    private static void judgeAll(Side side, NodeJudge judge, Plan plan, Verdict verdict)
            throws IOException {
        List<Verdict> verdicts =
                AtOnce.each(
                        side.nodes(),
                        node -> {
                            Verdict own = new Verdict(verdict.check(), new ArrayList<>());
                            judge.judge(node, plan, own);
                            return own;
                        });
        verdicts.forEach(own -> verdict.findings().addAll(own.findings()));
    }

    /// A check of both sides together.
    static Check both(String name, Questions ofSource, Questions ofTarget, Judge judge) {
        return new Check(name, Needs.BOTH, ofSource, ofTarget, judge);
    }
}
