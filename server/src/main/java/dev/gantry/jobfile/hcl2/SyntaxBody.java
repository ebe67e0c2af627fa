package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.Position;
import java.util.List;

/**
 * The content of a file or block, before its expressions are evaluated.
 *
 * @param items in the order of the file
 */
record SyntaxBody(List<Item> items) {

    SyntaxBody {
        items = List.copyOf(items);
    }

    /** A setting or a block. */
    sealed interface Item {

        /** Returns what is set, or the block's kind. */
        HclName name();
    }

    /** {@code name = value}. */
    record Setting(HclName name, Expression value) implements Item {}

    /** {@code name "label" … { body }}. */
    record Section(HclName name, List<HclName> labels, SyntaxBody body, Position brace) implements Item {

        Section {
            labels = List.copyOf(labels);
        }
    }
}
