import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws a picture of boxes and arrows from a text: {@code java docs/pictures/Draw.java TEXT > SVG}. The picture is as
 * wide as the screen of a phone, and light or dark as the reader's screen is.
 */
public final class Draw {

    private static final int WIDTH = 400;
    private static final int MARGIN = 24;
    private static final int BOX_HEIGHT = 54;
    private static final int ARROW_HEIGHT = 46;
    private static final int BESIDE = 136;
    private static final int FRAME_TITLE = 30;

    private static final String HEAD = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
              <title>%3$s</title>
              <style>
                text { font: 13px system-ui, sans-serif; fill: #1f2328; text-anchor: middle }
                .title { font-weight: 600; font-size: 15px }
                .down { text-anchor: end } .up, .frame { text-anchor: start }
                .page { fill: #ffffff } .room { fill: #f6f8fa; stroke: #d0d7de } .box { fill: #ffffff; stroke: #0969da }
                .arrow { stroke: #57606a; stroke-width: 1.5 } .tip { fill: #57606a }
                @media (prefers-color-scheme: dark) {
                  text { fill: #e6edf3 }
                  .page { fill: #0d1117 } .room { fill: #161b22; stroke: #30363d } .box { fill: #0d1117; stroke: #4493f8 }
                  .arrow { stroke: #9198a1 } .tip { fill: #9198a1 }
                }
              </style>
              <rect class="page" width="%1$d" height="%2$d"/>
            """;

    private final List<String> frames = new ArrayList<>();
    private final List<String> shapes = new ArrayList<>();
    private int y = MARGIN / 2;
    private int frameTop;
    private String frameTitle = "";
    private int rowTop;
    private boolean arrowsFollow;

    private Draw() {}

    /** Draws the text of the file that is named, to standard output. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        Draw picture = new Draw();
        Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .forEach(picture::add);
        String title = file.getFileName().toString().replace(".txt", "").replace('-', ' ');
        System.out.print(picture.svg(title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1)));
    }

    private void add(String line) {
        String rest = line.substring(1).strip();
        switch (line.charAt(0)) {
            case '[' -> beginFrame(rest);
            case ']' -> endFrame();
            case 'v' -> addVertical(rest, true);
            case '^' -> addVertical(rest, false);
            case '>' -> addHorizontal(rest, true);
            case '<' -> addHorizontal(rest, false);
            default -> addRow(line.split("\\|\\|"));
        }
    }

    private void beginFrame(String title) {
        passArrows();
        frameTop = y;
        frameTitle = title;
        y += FRAME_TITLE;
    }

    private void endFrame() {
        y += MARGIN / 2;
        frames.add("<rect class=\"room\" x=\"8\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>"
                .formatted(frameTop, WIDTH - 16, y - frameTop));
        frames.add(text("frame title", MARGIN, frameTop + 20, frameTitle));
    }

    /** The space of the arrows above is taken once, by the row or the frame that they lead to. */
    private void passArrows() {
        y += arrowsFollow ? ARROW_HEIGHT : 0;
        arrowsFollow = false;
    }

    private void addRow(String[] boxes) {
        passArrows();
        rowTop = y;
        int width = boxes.length == 1 ? WIDTH - 2 * MARGIN : (WIDTH - 2 * MARGIN - BESIDE + MARGIN) / 2;
        for (int i = 0; i < boxes.length; i++) {
            int x = i == 0 ? MARGIN : WIDTH - MARGIN - width;
            String[] words = boxes[i].split("\\|");
            shapes.add("<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>"
                    .formatted(x, y, width, BOX_HEIGHT));
            shapes.add(text("title", x + width / 2, y + 23, words[0].strip()));
            shapes.add(text("text", x + width / 2, y + 42, words[1].strip()));
        }
        y += BOX_HEIGHT;
    }

    private void addVertical(String label, boolean down) {
        arrowsFollow = true;
        int x = down ? WIDTH / 2 - 10 : WIDTH / 2 + 10;
        int tip = down ? y + ARROW_HEIGHT - 4 : y + 4;
        addArrow(x, down ? y + 4 : y + ARROW_HEIGHT - 4, x, tip);
        shapes.add(text(down ? "down" : "up", down ? x - 8 : x + 8, y + ARROW_HEIGHT / 2 + 5, label));
    }

    private void addHorizontal(String label, boolean right) {
        int width = (WIDTH - 2 * MARGIN - BESIDE + MARGIN) / 2;
        int from = MARGIN + width + 4;
        int to = WIDTH - from;
        int level = rowTop + (right ? 18 : 46);
        addArrow(right ? from : to, level, right ? to : from, level);
        shapes.add(text("beside", WIDTH / 2, level - 5, label));
    }

    private void addArrow(int fromX, int fromY, int toX, int toY) {
        shapes.add("<path class=\"arrow\" d=\"M%d %dL%d %d\"/>".formatted(fromX, fromY, toX, toY));
        int dx = Integer.signum(toX - fromX) * 7;
        int dy = Integer.signum(toY - fromY) * 7;
        shapes.add("<path class=\"tip\" d=\"M%d %dL%d %dL%d %dZ\"/>"
                .formatted(
                        toX,
                        toY,
                        toX - dx + dy * 4 / 7,
                        toY - dy + dx * 4 / 7,
                        toX - dx - dy * 4 / 7,
                        toY - dy - dx * 4 / 7));
    }

    private static String text(String style, int x, int y, String words) {
        String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
        return "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>".formatted(style, x, y, escaped);
    }

    private String svg(String title) {
        StringBuilder svg = new StringBuilder(HEAD.formatted(WIDTH, y + MARGIN / 2, title));
        frames.forEach(shape -> svg.append("  ").append(shape).append('\n'));
        shapes.forEach(shape -> svg.append("  ").append(shape).append('\n'));
        return svg.append("</svg>\n").toString();
    }
}
