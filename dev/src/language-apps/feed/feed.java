import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The same feed as feed.py and feed.mjs: reads lines `type value rating confidence tag`, and delivers them to the hub as one batch. */
class Feed {
  public static void main(String[] arguments) throws Exception {
    var given = parameters();
    var lines = new ArrayList<String>();
    for (var line : read(open(text(given, "source"))).split("\n")) if (!line.isEmpty()) lines.add(indicator(line));
    var config = "{\"action\":\"Create\",\"owner\":\"" + text(given, "tc_owner")
        + "\",\"attributeWriteType\":\"Replace\",\"tagWriteType\":\"Replace\",\"securityLabelWriteType\":\"Replace\","
        + "\"haltOnError\":\"false\",\"playbookTriggersEnabled\":\"false\",\"version\":\"V2\"}";
    var status = submit(given, config, "{\"indicator\":[" + String.join(",", lines) + "]}");
    var taken = Pattern.compile("\"successCount\":\\s*(\\d+)").matcher(status);
    if (!text(status, "status").equals("Success") || !status.contains("Completed") || !taken.find())
      throw new IllegalStateException(status);
    Files.writeString(Path.of(text(given, "tc_out_path"), "message.tc"), taken.group(1) + " indicators\n");
  }

  static String indicator(String line) {
    var part = line.split(" ");
    return String.format(
        "{\"type\":\"%s\",\"summary\":\"%s\",\"rating\":%s,\"confidence\":%s,\"tag\":[{\"name\":\"%s\"}]}",
        part[0], part[1], part[2], part[3], part[4]);
  }

  static String submit(String given, String config, String content) throws Exception {
    var connection = open(text(given, "tc_api_path") + "/v2/batch/createAndUpload?includeAdditional=true");
    connection.setDoOutput(true);
    connection.setRequestProperty("Authorization", "TC-Token " + text(given, "tc_token"));
    connection.setRequestProperty("Content-Type", "multipart/form-data; boundary=batch");
    var body = part("config", config) + part("content", content) + "--batch--\r\n";
    connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    return read(connection);
  }

  static String part(String name, String value) {
    var head = "--batch\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + name + "\"\r\n\r\n";
    return head + value + "\r\n";
  }

  static HttpURLConnection open(String address) throws Exception {
    return (HttpURLConnection) URI.create(address).toURL().openConnection();
  }

  static String read(HttpURLConnection connection) throws Exception {
    try (var answer = connection.getInputStream()) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The first text of that name: enough for what a job is given. */
  static String text(String json, String name) {
    var found = Pattern.compile("\"" + name + "\":\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
    if (!found.find()) throw new IllegalArgumentException("there is no " + name);
    return found.group(1).replace("\\/", "/");
  }

  /** AES-128-CBC with an IV of zeros. */
  static String parameters() throws Exception {
    var file = Path.of(System.getenv("TC_APP_PARAM_FILE"));
    var key = System.getenv("TC_APP_PARAM_KEY").getBytes(StandardCharsets.UTF_8);
    var cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
    var opened = new String(cipher.doFinal(Files.readAllBytes(file)), StandardCharsets.UTF_8);
    Files.delete(file);
    return opened;
  }
}
