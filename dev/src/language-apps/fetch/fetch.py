import platform
import sys
import urllib.request

print("RUNS Python " + platform.python_version() + " of " + sys.prefix)
with open("url.txt") as file:
    url = file.read().strip()
with urllib.request.urlopen(url, timeout=20) as answer:
    print("FETCHED " + answer.read().decode())
