import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Scores one month of contacts by calling the command line of powerchannel. */
public final class ChannelScores {

    /** Thrown when powerchannel could not compute; the message is the JSON it wrote. */
    public static final class Failed extends IOException {
        Failed(int exitCode, String json) {
            super("powerchannel ended with exit code " + exitCode + ":\n" + json);
        }
    }

    public static Path evaluate(Path contacts, String asOf, Path scores)
            throws IOException, InterruptedException {
        Path errors = Files.createTempFile("powerchannel", ".json");
        try {
            Process process = new ProcessBuilder(List.of(
                    "powerchannel", "channel", "evaluate", "--json",
                    "--contacts", contacts.toString(),
                    "--rulebook", "hebei-2022",
                    "--as-of", asOf,
                    "--layout", "wide",
                    "--out", scores.toString()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(errors.toFile())
                    .start();
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new Failed(exitCode, Files.readString(errors, StandardCharsets.UTF_8));
            }
            return scores;
        } finally {
            Files.delete(errors);
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path scores = evaluate(Path.of(arguments[0]), arguments[1], Path.of(arguments[2]));
        Files.readAllLines(scores, StandardCharsets.UTF_8).stream().limit(5).forEach(System.out::println);
    }
}
