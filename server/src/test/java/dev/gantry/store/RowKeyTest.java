package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.model.CountedId;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RowKeyTest {

    @Property
    void keys_of_ids_that_a_server_makes_have_the_order_of_their_making(
            @ForAll int one, @ForAll int other, @ForAll long chance) {
        assertThat(Integer.signum(
                        Long.compare(RowKey.of(CountedId.of(one, chance)), RowKey.of(CountedId.of(other, chance)))))
                .isEqualTo(Integer.signum(Integer.compareUnsigned(one, other)));
    }

    @Property
    void keys_of_ids_of_an_older_server_have_the_order_of_their_texts(@ForAll long one, @ForAll long other) {
        String oneId = older(one);
        String otherId = older(other);

        assertThat(Integer.signum(Long.compare(RowKey.of(oneId), RowKey.of(otherId))))
                .isEqualTo(Integer.signum(oneId.compareTo(otherId)));
    }

    @Property
    void a_key_is_in_a_range_of_each_prefix_of_its_id(
            @ForAll @LongRange(min = 0, max = 100_000) long number,
            @ForAll long chance,
            @ForAll boolean isOlder,
            @ForAll @IntRange(min = 4, max = 36) int length) {
        String id = isOlder ? older((number << 32) | (chance >>> 32)) : CountedId.of((int) number, chance);
        String prefix = id.substring(0, length);
        long greatest = RowKey.of(CountedId.of(100_000, 0));

        assertThat(RowKey.like(prefix, greatest))
                .anyMatch(range -> range.first() <= RowKey.of(id) && RowKey.of(id) <= range.last());
        assertThat(RowKey.like(prefix, greatest)).hasSizeLessThan(8);
    }

    @Property
    void the_key_of_a_whole_id_is_found_whoever_has_sent_it(@ForAll int number, @ForAll long chance) {
        String id = CountedId.of(number, chance);

        assertThat(RowKey.ofAny(id)).isEqualTo(RowKey.of(id));
        assertThat(CountedId.number(id)).hasValue(number);
    }

    @Test
    void a_prefix_is_looked_for_among_the_newest_ids_only_if_there_are_very_many() {
        assertThat(RowKey.like("0000", Long.MAX_VALUE)).hasSize(4097);
        assertThat(RowKey.like("", Long.MAX_VALUE)).hasSize(4097);
        assertThat(RowKey.like("ffff", RowKey.of(CountedId.of(1, 0)))).hasSize(1);
    }

    @Test
    void a_text_that_is_no_uuid_has_no_key() {
        assertThatThrownBy(() -> RowKey.of("web-1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"web-1\" is no UUID");
    }

    private static String older(long high) {
        return new UUID((high & ~0xF000L) | 0x8000L, 0).toString();
    }
}
