"""The one entry: the desk's script, and the server with the phones' routes around it."""

import streamlit as st

if __name__ == "__main__":  # the script runner: once for each rerun of each browser
    from mapping.pages.navigation import run

    run()
else:  # the server: once in the process
    from mapping import phone
    from mapping.phone import deletion, guard, served, third_party

    # Streamlit finds this by reading the syntax tree: it has to stand here, and as it does.
    app = st.App(
        __file__,
        routes=[
            *third_party.routes(),
            *served.routes(),
            *phone.routes(),
            *guard.last_routes(),
        ],
        middleware=guard.middleware(),
        lifespan=deletion.lifespan,
    )
