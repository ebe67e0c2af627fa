package dev.gantry.jobfile.hcl;

import java.util.List;

/**
 * One entry of a body: a setting ({@code count = 3}) or a block ({@code group "web" { … }}).
 *
 * @param name what is set, or the block's kind
 * @param labels the words between a block's kind and its brace; empty for a setting
 * @param value what it is set to; a {@link HclValue.Body} for a block. HCL 1 makes no difference between {@code meta {
 *     … }} and {@code meta = { … }}
 */
public record HclItem(HclName name, List<HclName> labels, HclValue value) {

    /** Makes the list immutable. */
    public HclItem {
        labels = List.copyOf(labels);
    }

    /**
     * Returns the position of the item.
     *
     * @return the position of its name
     */
    public Position position() {
        return name.position();
    }
}
