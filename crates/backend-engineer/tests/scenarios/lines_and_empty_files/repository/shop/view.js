const view = (account, ok) =>
  wrap(
    ok ? (
      show(account)
    ) : (
      show()
    ),
  );
