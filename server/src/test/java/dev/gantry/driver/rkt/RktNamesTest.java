package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class RktNamesTest {

    @Test
    void a_volume_is_named_as_nomad_names_it() {
        assertThat(RktNames.volume("0d6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3c", "my_task", "alloc"))
                .isEqualTo("0d6ac4b0-f2ae-4f4c-9e93-3e1a2b1b8f3c-my-task-alloc");
    }

    @Property(tries = 200)
    void whatever_a_task_is_called_its_volumes_have_names_that_rkt_takes(
            @ForAll
                    @NotEmpty
                    @CharRange(from = 'A', to = 'Z')
                    @CharRange(from = 'a', to = 'z')
                    @Chars({'.', '_', '-', '7'})
                    String task) {
        assertThat(RktNames.isValid(RktNames.volume("_alloc", task, "local"))).isTrue();
    }
}
