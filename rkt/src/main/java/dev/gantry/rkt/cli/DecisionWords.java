package dev.gantry.rkt.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The command line of a decision that prepare.sh asks to keep. Placeholders replace the parts that do not affect the
 * decision.
 *
 * @param key the key under which prepare.sh looks the decision up
 * @param values the placeholders in the order in which prepare.sh counts them, each with the part that it replaces
 * @param words the command line with the placeholders
 */
record DecisionWords(String key, Map<String, String> values, List<String> words) {

    private static final String KEY = "RKT_DECISION";

    /** The parts that prepare.sh has left out of the key, as {@code POSITION:START:LENGTH:NUMBER}. */
    private static final String HOLES = "RKT_HOLES";

    /**
     * Reads the request of prepare.sh to keep a decision.
     *
     * @param environment the environment of rkt's caller
     * @param given the command line
     * @return the command line with placeholders; empty if the decision is not to be kept
     */
    static Optional<DecisionWords> asked(Map<String, String> environment, List<String> given) {
        String key = environment.get(KEY);
        return key == null
                ? Optional.empty()
                : Optional.of(of(key, environment.getOrDefault(HOLES, "").strip(), given));
    }

    private static DecisionWords of(String key, String holes, List<String> given) {
        // Random, so that it occurs nowhere else. An AC Name, since it also replaces parts of names.
        String token = UUID.randomUUID().toString().replace("-", "");
        Map<String, String> values = new LinkedHashMap<>();
        List<String> words = new ArrayList<>(given);
        // Begin with the last one, so that the positions of the others stay valid.
        String[] all = holes.isEmpty() ? new String[0] : holes.split(" ", -1);
        for (int i = all.length - 1; i >= 0; i--) {
            String[] hole = all[i].split(":", -1);
            int position = Integer.parseInt(hole[0]);
            int begin = Integer.parseInt(hole[1]);
            int end = begin + Integer.parseInt(hole[2]);
            String word = words.get(position);
            words.set(position, word.substring(0, begin) + placeholder(token, hole[3]) + word.substring(end));
        }
        for (String each : all) {
            String[] hole = each.split(":", -1);
            int begin = Integer.parseInt(hole[1]);
            String value = given.get(Integer.parseInt(hole[0])).substring(begin, begin + Integer.parseInt(hole[2]));
            values.putIfAbsent(placeholder(token, hole[3]), value);
        }
        return new DecisionWords(key, values, words);
    }

    /** Makes a placeholder. It ends with a letter, so that no placeholder is the beginning of another one. */
    private static String placeholder(String token, String number) {
        return token + "n" + number + "z";
    }
}
