package dev.gantry.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskMeterTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path dir;

    private final DiskMeter meter = new DiskMeter(Duration.ofMinutes(1));

    @Test
    void files_count_by_the_space_that_they_take() throws Exception {
        Path allocation = Files.createDirectories(dir.resolve("-a b/alloc/data"));
        Path outside = Files.write(dir.resolve("outside"), new byte[4 * MIB]);
        Path rows = Files.write(allocation.resolve("rows"), new byte[2 * MIB]);
        Files.createLink(allocation.resolve("rows-again"), rows);
        Files.createSymbolicLink(allocation.resolve("link"), outside);
        try (RandomAccessFile holes =
                new RandomAccessFile(allocation.resolve("holes").toFile(), "rw")) {
            holes.setLength(100L * MIB);
        }

        assertThat(meter.measure(dir.resolve("-a b")).orElseThrow()).isBetween(2L * MIB, 2L * MIB + MIB / 2);
    }

    @Test
    void what_can_not_be_measured_has_no_size() throws Exception {
        assertThat(meter.measure(dir.resolve("missing"))).isEmpty();
    }
}
