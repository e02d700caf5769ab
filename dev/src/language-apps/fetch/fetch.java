import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

class Fetch {
  public static void main(String[] arguments) throws Exception {
    System.out.println("RUNS Java " + System.getProperty("java.version") + " of " + System.getProperty("java.home"));
    var url = URI.create(Files.readString(Path.of("url.txt")).trim()).toURL();
    try (var answer = url.openStream()) {
      System.out.println("FETCHED " + new String(answer.readAllBytes()));
    }
  }
}
