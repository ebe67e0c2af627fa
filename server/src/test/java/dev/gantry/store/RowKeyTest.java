package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RowKeyTest {

    @Property
    void keys_have_the_order_of_their_ids(@ForAll long one, @ForAll long other) {
        String oneId = new UUID(one, 0).toString();
        String otherId = new UUID(other, 0).toString();

        assertThat(Integer.signum(Long.compare(RowKey.of(oneId), RowKey.of(otherId))))
                .isEqualTo(Integer.signum(oneId.compareTo(otherId)));
    }

    @Property
    void a_key_lies_between_the_first_and_the_last_key_of_each_prefix_of_its_id(
            @ForAll long high, @ForAll long low, @ForAll @IntRange(max = 36) int length) {
        String id = new UUID(high, low).toString();
        String prefix = id.substring(0, length);

        assertThat(RowKey.of(id)).isBetween(RowKey.first(prefix), RowKey.last(prefix));
    }

    @Property
    void no_key_of_an_id_with_another_prefix_lies_between_them(
            @ForAll long high, @ForAll long other, @ForAll @IntRange(min = 1, max = 18) int length) {
        String prefix = new UUID(high, 0).toString().substring(0, length);
        String id = new UUID(other, 0).toString();

        assertThat(RowKey.of(id) >= RowKey.first(prefix) && RowKey.of(id) <= RowKey.last(prefix))
                .isEqualTo(withoutDashes(id).startsWith(withoutDashes(prefix)));
    }

    @Test
    void a_text_that_is_no_uuid_has_no_key() {
        assertThatThrownBy(() -> RowKey.of("web-1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"web-1\" is no UUID");
    }

    private static String withoutDashes(String text) {
        return text.replace("-", "");
    }
}
