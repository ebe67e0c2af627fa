package dev.gantry.node.fingerprint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads text files with a key and a value on each line, such as /proc/cpuinfo and /etc/os-release. */
final class KeyValueFile {

    private KeyValueFile() {}

    /**
     * Reads a file. The first value of a repeated key wins. Lines without a separator are ignored.
     *
     * @param file the file; a file that can't be read counts as empty, since no system has all such files
     * @param separator the character between key and value
     */
    static Map<String, String> read(Path file, char separator) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int end = line.indexOf(separator);
                if (end > 0) {
                    values.putIfAbsent(
                            line.substring(0, end).strip(),
                            unquote(line.substring(end + 1).strip()));
                }
            }
        } catch (IOException e) {
            return Map.of();
        }
        return values;
    }

    private static String unquote(String value) {
        boolean isQuoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return isQuoted ? value.substring(1, value.length() - 1) : value;
    }
}
