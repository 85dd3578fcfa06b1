class Api {
  async getUsers(params: { page?: number }) {
    const search = new URLSearchParams();
    Object.entries(params).forEach(([key, value]) => {
      if (value !== undefined) {
        search.append(key, value.toString());
      }
    });
    return this.request(`/users?${search}`);
  }
}
export const api = new Api();
