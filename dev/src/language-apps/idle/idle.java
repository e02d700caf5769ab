class Idle {
  public static void main(String[] arguments) throws InterruptedException {
    Thread.sleep(1500);
  }
}
